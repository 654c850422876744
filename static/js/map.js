// A map of the region on our own boundaries, for the catalogue and for forms. Leaflet, its style sheet and the boundaries are asked for here,
// so a page on which nobody opens a map never loads them. Background tiles only where the page names their address.

import { placeLabels } from "./map_labels.js";

const DEEPEST = { plain: 14, tiles: 18 };

function loaded(tag, attributes, address) {
  return new Promise((resolve, reject) => {
    const element = Object.assign(document.createElement(tag), attributes);
    element.addEventListener("load", resolve);
    element.addEventListener("error", () => reject(new Error(`${address} did not load`)));
    document.head.append(element);
  });
}

async function needed(words) {
  const sheet = document.querySelector(`link[href="${words.sheet}"]`) ? null : loaded("link", { rel: "stylesheet", href: words.sheet }, words.sheet);
  const script = window.L ? null : loaded("script", { src: words.script }, words.script);
  const region = fetch(words.region).then((answer) => {
    if (!answer.ok) throw new Error(`${words.region} answered ${answer.status}`);
    return answer.json();
  });
  await Promise.all([sheet, script]);
  return region;
}

// Open a map in `canvas`; `words` is the dataset with addresses and sentences (templates/macros/map.html).
export async function openMap(canvas, words, { wheel = true, deepest = DEEPEST.plain } = {}) {
  const region = await needed(words);
  const L = window.L;
  const moves = !window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const map = L.map(canvas, {
    zoomControl: false, scrollWheelZoom: wheel, minZoom: 8, zoomSnap: words.tiles ? 1 : 0.25, maxZoom: words.tiles ? DEEPEST.tiles : deepest,
    zoomAnimation: moves, fadeAnimation: moves, markerZoomAnimation: moves, inertia: moves, maxBoundsViscosity: 0.8,
  });
  map.attributionControl.setPrefix(false);
  map.attributionControl.addAttribution(words.credit);
  L.control.zoom({ position: "bottomright", zoomInTitle: words.zoomIn, zoomOutTitle: words.zoomOut }).addTo(map);
  L.control.scale({ position: "topleft", imperial: false }).addTo(map);
  if (words.tiles) L.tileLayer(words.tiles, { attribution: words.tilesCredit, maxZoom: DEEPEST.tiles }).addTo(map);
  canvas.classList.toggle("mp-map__canvas--tiles", Boolean(words.tiles));
  const drawn = (className) => L.geoJSON(region, { interactive: false, smoothFactor: 0, style: { className } }).addTo(map);
  const bounds = drawn("mp-land mp-land--edge").getBounds(); // the edge of the region: the outer half of a wide line
  drawn("mp-land");
  map.setMaxBounds(bounds.pad(0.75));
  const fit = () => map.fitBounds(bounds, { padding: [14, 14] });
  fit();
  const labels = words.tiles ? () => {} : placeLabels(L, map, region);
  new ResizeObserver(() => { if (canvas.offsetWidth) map.invalidateSize({ animate: false }); }).observe(canvas); // hidden: the view stays
  return { L, map, region, fit, labels };
}
