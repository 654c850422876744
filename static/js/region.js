// Where a point lies in the region, without asking anybody: our own boundaries and the names of our places.

export async function region(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address} answered ${answer.status}`);
  return answer.json();
}

export function inside({ features }, lat, lon) {
  let within = false;
  for (const { geometry } of features) {
    for (const ring of geometry.type === "Polygon" ? geometry.coordinates : geometry.coordinates.flat()) {
      for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
        const [[x1, y1], [x2, y2]] = [ring[i], ring[j]];
        if ((y1 > lat) !== (y2 > lat) && lon < ((x2 - x1) * (lat - y1)) / (y2 - y1) + x1) within = !within;
      }
    }
  }
  return within;
}

export function nearestName({ places }, lat, lon) {
  const far = ([, y, x]) => (y - lat) ** 2 + ((x - lon) * 0.612) ** 2; // a degree east is 0.612 of a degree north here
  return places.filter((place) => place[3] <= 1).reduce((best, place) => (far(place) < far(best) ? place : best))[0];
}

export const coordinates = (lat, lon) => `${lat.toFixed(5)}, ${lon.toFixed(5)}`;
