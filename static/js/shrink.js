// A photo made smaller before it leaves the device: what a telephone takes is larger than anybody looks at.
const LONGEST_PX = 2400;
const LARGE_BYTES = 1_500_000;

export async function smaller(file) {
  if (file.size <= LARGE_BYTES) return file;
  try {
    const image = await createImageBitmap(file, { imageOrientation: "from-image" });
    const part = Math.min(1, LONGEST_PX / Math.max(image.width, image.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(image.width * part);
    canvas.height = Math.round(image.height * part);
    const paper = canvas.getContext("2d");
    paper.fillStyle = "white"; // a JPEG has no transparency
    paper.fillRect(0, 0, canvas.width, canvas.height);
    paper.drawImage(image, 0, 0, canvas.width, canvas.height);
    image.close();
    const made = await new Promise((resolve) => { canvas.toBlob(resolve, "image/jpeg", 0.85); });
    return made && made.size < file.size ? made : file;
  } catch {
    return file; // not to be read here: the server says what it is
  }
}
