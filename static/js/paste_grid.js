// A block of a sheet pasted into a table of fields: with or without the names of rows and columns, in Dutch or English notation. What does
// not fit is said, and all of it can be undone. Without this file each number is typed.

const DECIMAL = document.documentElement.lang === "nl" ? "," : ".";
const CELL = /("(?:[^"]|"")*"|[^\t\r\n]*)(\t|\r\n|\r|\n|$)/y;
const NUMBER = /^-?(?:\d+|\d{1,3}(?:([.,])\d{3}(?:\1\d{3})*))?(?:[.,]\d+)?$/;
const TOLD_MOST = 5;

const plain = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase().replace(/[^a-z0-9]+/g, " ").trim();
const tidy = (text) => text.replace(/[\s\u00a0\u202f]/g, " ").replace("\u2212", "-").replace(/(\d) (?=\d{3}(?!\d))/g, "$1")
  .replace(/ ?\b(?:t|tons?|tonnes?|tonnen)$|(?<=\d)t$/i, "").trim();
const isEmpty = (text) => /^[\s\u00a0]*[-–—]?[\s\u00a0]*$/.test(text);
const isNumber = (text) => !isEmpty(text) && NUMBER.test(tidy(text)) && /\d/.test(text);

function rowsOf(text) {
  const rows = [[]];
  CELL.lastIndex = 0;
  while (CELL.lastIndex < text.length) {
    const [, cell, end] = CELL.exec(text);
    rows.at(-1).push(cell.startsWith('"') && cell.length > 1 ? cell.slice(1, -1).replaceAll('""', '"') : cell);
    if (end !== "\t" && end !== "") rows.push([]);
  }
  return rows.filter((row) => row.some((cell) => cell.trim()));
}

// Which mark starts the decimals of a number; nothing where it can be read in two ways.
function markOf(number) {
  const marks = number.replace(/[^.,]/g, "");
  if (!marks) return "";
  const [last] = marks.slice(-1);
  const other = last === "," ? "." : ",";
  if (marks.includes(other)) return last;
  if (marks.length > 1) return other;
  const [whole, part] = number.replace("-", "").split(last);
  return part.length !== 3 || whole.length > 3 || /^0?$/.test(whole) ? last : "";
}

function written(number, mark) {
  const grouping = mark === "," ? "." : ",";
  return number.replaceAll(grouping, "").replace(mark, DECIMAL);
}

const placesOf = (elements) => new Map(elements.flatMap((one, at) => (one.dataset.names ?? "").split("|").map((name) => [plain(name), at])));

// Reads a block for a table: where each of its cells goes, and what goes nowhere.
function laidOut(block, table, focused) {
  const grid = [...table.tBodies[0].rows].map((row) => [...row.querySelectorAll("input")]);
  const rows = placesOf([...table.tBodies[0].rows]);
  const columns = placesOf([...table.tHead.rows[0].cells].slice(1));
  const first = grid.findIndex((row) => row.includes(focused));
  const left = grid[first].indexOf(focused);
  const isHead = !block[0].some(isNumber) && block[0].some((cell) => columns.has(plain(cell)));
  const head = isHead ? block[0].map((cell) => columns.get(plain(cell))) : null;
  const body = isHead ? block.slice(1) : block;
  const isNamed = body.some((row) => !isEmpty(row[0])) && !body.some((row) => isNumber(row[0]));
  const found = { cells: [], unknown: [], rows: 0, columns: new Set() };
  body.forEach((row, down) => {
    const at = isNamed ? rows.get(plain(row[0])) : first + down;
    if (at === undefined) found.unknown.push(row[0].trim());
    else if (!grid[at]) found.rows += 1;
    else row.forEach((text, right) => {
      if (isNamed && right === 0) return;
      const column = head ? head[right] : left + right - Number(isNamed);
      const field = grid[at][column];
      if (field) found.cells.push({ field, text });
      else if (!isEmpty(text)) found.columns.add(right);
    });
  });
  return found;
}

function listed(names) {
  return [...names.slice(0, TOLD_MOST), ...(names.length > TOLD_MOST ? ["…"] : [])].join(", ");
}

function sentences(found, filled, wrong, words) {
  const told = [words[filled === 1 ? "one" : "filled"].replace("#", filled)];
  if (found.unknown.length) told.push(words.unknown.replace("#", listed(found.unknown)));
  if (found.rows) told.push(words.rows.replace("#", found.rows));
  if (found.columns.size) told.push(words.columns.replace("#", found.columns.size));
  if (wrong.length) told.push(words.wrong.replace("#", listed(wrong.map(({ field, text }) => `${field.labels[0].textContent}: “${text.trim()}”`))));
  return told.join(" ");
}

function paste(event, table, told) {
  const text = event.clipboardData.getData("text/plain");
  if (!event.target.matches("input") || !/[\t\r\n]/.test(text.trimEnd())) return; // one value: the browser's own way
  event.preventDefault();
  const found = laidOut(rowsOf(text), table, event.target);
  const wrong = found.cells.filter((cell) => !isEmpty(cell.text) && !isNumber(cell.text));
  const cells = found.cells.filter((cell) => !wrong.includes(cell)).map((cell) => ({ ...cell, number: isEmpty(cell.text) ? "" : tidy(cell.text) }));
  const marks = new Set(cells.map((cell) => markOf(cell.number)).filter(Boolean));
  const undo = told.querySelector("button");
  told.hidden = false;
  undo.hidden = marks.size > 1;
  if (marks.size > 1) {
    told.querySelector("span").textContent = told.dataset.mixed;
    return;
  }
  const before = cells.map(({ field }) => [field, field.value]);
  for (const { field, number } of cells) field.value = written(number, [...marks][0] ?? DECIMAL);
  told.querySelector("span").textContent = sentences(found, cells.filter((cell) => cell.number).length, wrong, told.dataset);
  undo.onclick = () => {
    for (const [field, value] of before) field.value = value;
    told.hidden = true;
    event.target.focus();
  };
}

for (const table of document.querySelectorAll("table[data-paste]")) {
  const told = document.getElementById(table.dataset.paste);
  told.prepend(document.createElement("span"));
  table.addEventListener("paste", (event) => { paste(event, table, told); });
}
