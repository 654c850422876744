// Lots that wait on this device for a network, with their photos: kept in its own store, and sent one by one, each of them once.
const STORE = "lots";
const REFUSED = new Set([409, 413, 422]); // sending the same again would change nothing

function asked(request) {
  return new Promise((resolve, reject) => {
    request.addEventListener("success", () => { resolve(request.result); });
    request.addEventListener("error", () => { reject(request.error); });
  });
}

let opened;

function open() {
  const opening = indexedDB.open("materialenbank", 1);
  opening.addEventListener("upgradeneeded", () => { opening.result.createObjectStore(STORE, { keyPath: "id" }); });
  return asked(opening);
}

async function store(mode, work) {
  opened ??= open().catch((error) => { opened = undefined; throw error; });
  const change = (await opened).transaction(STORE, mode);
  const done = new Promise((resolve, reject) => {
    change.addEventListener("complete", resolve);
    for (const kind of ["abort", "error"]) change.addEventListener(kind, () => { reject(change.error); });
  });
  const result = asked(work(change.objectStore(STORE)));
  change.commit(); // not when the answer is back: the page may be gone by then
  return (await Promise.all([result, done]))[0];
}

// Whose device this is: a mark of the person who was signed in last, from which nobody can read who that is.
export const writer = () => localStorage.getItem("writer") ?? "";
export const remember = (mark) => { localStorage.setItem("writer", mark); };

export const keep = (lot) => store("readwrite", (lots) => lots.put(lot));
export const drop = (id) => store("readwrite", (lots) => lots.delete(id));

// What the person of this device has here, oldest first; what somebody else left is theirs.
export async function listLots() {
  const lots = await store("readonly", (all) => all.getAll());
  return lots.filter((lot) => lot.writer === writer()).toSorted((one, other) => one.at - other.at);
}

function form(lot, token) {
  const body = new FormData();
  body.set("csrf_token", token);
  body.set("idempotency_key", lot.id);
  for (const [name, value] of Object.entries(lot.fields)) body.set(name, value);
  for (const { content, name } of lot.photos) body.append("photos", content, name);
  return body;
}

async function sendAll(address) {
  const key = await fetch(`${address}.json`, { redirect: "manual" });
  if (!key.ok) return null; // nobody is signed in
  const { token, writer: mark } = await key.json();
  remember(mark);
  const sent = [];
  for (const lot of await listLots()) {
    if (!lot.isDone || lot.fault) continue;
    const answer = await fetch(lot.address, { method: "POST", body: form(lot, token), headers: { Accept: "application/json" } });
    if (answer.status === 201) {
      sent.push(await answer.json());
      await drop(lot.id);
    } else if (REFUSED.has(answer.status)) {
      await keep({ ...lot, fault: (await answer.json()).fault });
    } else break; // later again
  }
  return sent;
}

// Send what is ready. One page of this site at a time does it. Gives what arrived, or null when nobody is signed in.
export async function send(address) {
  if (!navigator.onLine) return [];
  try {
    return await navigator.locks.request("sending lots", () => sendAll(address));
  } catch {
    return []; // the network went away again: later
  }
}
