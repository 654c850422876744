// Names on the map: municipalities from afar, places nearer by. A name looks for a free spot: never on a mark, never on another name, never half outside
// the view; where there is none it stays away. Names are decoration: the marks and the list say where things lie.

const NEAR_ZOOM = 11; // from here on places are named, before it municipalities
const STEPS = [0, 14, -14, 28, -28, 42, -42, 56, -56, 70, -70].flatMap((y) => [0, 20, -20, 40, -40, 60, -60].map((x) => [x, y]));
const HEIGHT = 22;

const fontOf = (kind) => (kind === "area" ? "600 16px" : "400 15px");
const overlaps = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

function inside(rings, [lat, lon]) {
  let within = false;
  for (const ring of rings) {
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [x1, y1] = ring[i];
      const [x2, y2] = ring[j];
      if ((y1 > lat) !== (y2 > lat) && lon < ((x2 - x1) * (lat - y1)) / (y2 - y1) + x1) within = !within;
    }
  }
  return within;
}

// Keeps the names right while the map moves. Answers a function that takes the marks: [{lat, lon, size, also}].
export function placeLabels(L, map, region) {
  const layer = L.layerGroup().addTo(map);
  map.createPane("names").style.zIndex = 450;
  const pen = document.createElement("canvas").getContext("2d");
  const family = getComputedStyle(map.getContainer()).fontFamily;
  const areas = region.features.map((one) => ({
    name: one.properties.name, at: one.properties.at,
    rings: one.geometry.type === "Polygon" ? one.geometry.coordinates : one.geometry.coordinates.flat(),
  }));
  let marks = [];

  function width(name, font) {
    pen.font = `${font} ${family}`;
    return pen.measureText(name).width + 10;
  }

  function boxOf(name, at, shift, kind) {
    const middle = map.latLngToContainerPoint(at).add(shift);
    const half = width(name, fontOf(kind)) / 2;
    return { middle, left: middle.x - half, right: middle.x + half, top: middle.y - HEIGHT / 2, bottom: middle.y + HEIGHT / 2 };
  }

  function show(name, box, kind, taken, view) {
    if (box.left < 4 || box.top < 4 || box.right > view.x - 4 || box.bottom > view.y - 4) return false;
    if (taken.some((other) => overlaps(box, other))) return false;
    taken.push(box);
    const icon = L.divIcon({ className: `mp-name mp-name--${kind}`, html: "", iconSize: [box.right - box.left, HEIGHT] });
    const label = L.marker(map.containerPointToLatLng(box.middle), { icon, interactive: false, keyboard: false, pane: "names" }).addTo(layer);
    label.getElement().textContent = name;
    label.getElement().setAttribute("aria-hidden", "true");
    return true;
  }

  // How much of a name lies within its own municipality: its middle and the four corners.
  function within(area, box) {
    const corners = [[box.middle.x, box.middle.y], [box.left + 6, box.top + 5], [box.right - 6, box.top + 5], [box.left + 6, box.bottom - 5], [box.right - 6, box.bottom - 5]];
    return corners.filter(([x, y]) => {
      const spot = map.containerPointToLatLng([x, y]);
      return inside(area.rings, [spot.lat, spot.lng]);
    }).length;
  }

  function draw() {
    layer.clearLayers();
    const view = map.getSize();
    const zoom = map.getZoom();
    const taken = marks.flatMap((mark) => {
      const at = map.latLngToContainerPoint([mark.lat, mark.lon]);
      const half = mark.size / 2 + 1;
      const round = { left: at.x - half, right: at.x + half, top: at.y - half, bottom: at.y + half };
      if (!mark.also) return [round];
      const wide = width(mark.also, fontOf("area")) / 2; // its words stand below it
      return [round, { left: at.x - wide, right: at.x + wide, top: round.bottom, bottom: round.bottom + HEIGHT }];
    });
    if (zoom < NEAR_ZOOM) {
      for (const area of areas) {
        STEPS.map((step) => {
          const box = boxOf(area.name, area.at, step, "area");
          return { box, worth: within(area, box) * 60 - Math.hypot(...step) };
        }).filter((one) => one.worth > 100).sort((one, other) => other.worth - one.worth)
          .some((one) => show(area.name, one.box, "area", taken, view));
      }
      return;
    }
    for (const [name, lat, lon, level] of region.places) {
      if (level > zoom - NEAR_ZOOM + 1 || !map.getBounds().contains([lat, lon])) continue;
      const aside = width(name, "400 15px") / 2 + 26;
      const kind = level ? "place" : "town";
      [[0, 0], [0, 36], [0, -36], [aside, 0], [-aside, 0]].some((step) => show(name, boxOf(name, [lat, lon], step, kind), kind, taken, view));
    }
  }

  map.on("moveend resize", draw);
  draw();
  return (shown) => {
    marks = shown;
    draw();
  };
}
