// Scenario 1 of docs/domain.md, as a program lives it that was made from the document by openapi-typescript.
// node scenario.ts ADDRESS TOKEN-OF-HENGELO TOKEN-OF-BORNE PHOTO

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import createClient from "openapi-fetch";
import type { components, paths } from "./api.d.ts";

const [, , address, hengeloToken, borneToken, photoFile] = process.argv;
assert(address && hengeloToken && borneToken && photoFile);

const client = (token: string) =>
  createClient<paths>({ baseUrl: address, headers: { Authorization: `Bearer ${token}` } });
const day = (offset: number) => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);

// What every answer is: the object, or a problem that says why not.
function given<T>({ data, error }: { data?: T; error?: components["schemas"]["Problem"] }): T {
  assert(data !== undefined, `${error?.title}: ${error?.detail} ${JSON.stringify(error?.errors)}`);
  return data;
}

const hengelo = client(hengeloToken);
const borne = client(borneToken);

const draft = given(
  await hengelo.POST("/listings", {
    body: {
      title: "Keiformaat van de Brink",
      material: "betonstraatsteen-kei-8cm",
      quantity: "1200",
      unit: "m2",
      condition: "good",
      availableFrom: day(-7),
      availableUntil: day(30),
      place: "Hengelo",
    },
  }),
);
const listing = { path: { listingId: draft.id } };
const photo = new Blob([new Uint8Array(await readFile(photoFile))], { type: "image/jpeg" });
given(
  await hengelo.POST("/listings/{listingId}/photos", {
    params: listing,
    body: { photo: photoFile, alt: "Een stapel keien" },
    bodySerializer: ({ alt }) => {
      const form = new FormData();
      form.append("photo", photo, "keien.jpg");
      form.append("alt", alt ?? "");
      return form;
    },
  }),
);
given(
  await hengelo.POST("/listings/{listingId}/papers", {
    params: listing,
    body: { file: photoFile, kind: "batch-inspection", number: "P-12", issuer: "Keurlab Oost", issuedOn: day(-30) },
    bodySerializer: ({ file: _name, ...said }) => {
      const form = new FormData();
      form.append("file", photo, "keuring.jpg");
      for (const [name, value] of Object.entries(said)) form.append(name, String(value));
      return form;
    },
  }),
);
assert.equal(given(await hengelo.POST("/listings/{listingId}/publish", { params: listing })).status, "published");

const demand = given(
  await borne.POST("/demands", {
    body: {
      title: "Keien voor het parkeerhof",
      material: "betonstraatsteen-kei-8cm",
      quantity: 800,
      unit: "m2",
      minCondition: "fair",
      neededFrom: day(0),
      neededUntil: day(60),
      place: "Borne",
      maxDistanceKm: 15,
    },
  }),
);
const matches = given(await borne.GET("/demands/{demandId}/matches", { params: { path: { demandId: demand.id } } }));
const [match] = matches.items;
assert(match?.listing?.id === draft.id && match.tonneKm !== null && match.reasons.length > 0);
const found = given(
  await borne.GET("/listings", { params: { query: { material: ["betonstraatsteen-kei-8cm"], place: "Borne", radiusKm: 15 } } }),
);
assert.deepEqual(found.items.map((one) => one.id), [draft.id]);

const asked = given(
  await borne.POST("/listings/{listingId}/reservations", {
    params: listing,
    body: { quantity: 800, unit: "m2", demandId: demand.id },
  }),
);
const reservation = { path: { reservationId: asked.id } };
const tooMuch = await borne.POST("/listings/{listingId}/reservations", { params: listing, body: { quantity: 401, unit: "m2" } });
assert.equal(tooMuch.response.status, 409);
assert.equal(tooMuch.error?.available, "400");

assert.equal(given(await hengelo.POST("/reservations/{reservationId}/approve", { params: reservation, body: {} })).status, "approved");
const handedOver = await hengelo.POST("/reservations/{reservationId}/hand-over", { params: reservation, body: { quantity: "800" } });
assert.equal(given(handedOver).status, "handed_over");
assert.equal(given(await borne.POST("/reservations/{reservationId}/confirm", { params: reservation, body: {} })).status, "completed");

const ledger = given(await borne.GET("/exchanges"));
assert.deepEqual(ledger.items.map((row) => [row.fromOrganisation.slug, row.toOrganisation.slug, row.quantity]), [["hengelo", "borne", "800"]]);
console.log("scenario 1 holds");
