// Lets the map be moved and enlarged. What lies on it the server says, gathered where it would be too much;
// without this script the drawn map below does the same by links, and it is what gets printed.
(() => {
  "use strict";

  const holder = document.getElementById("karte");
  const drawn = document.getElementById("karte-gezeichnet");
  if (!holder || !window.L) return;

  // A thumb hits what is at least this wide, in pixels; the dot of a single town is drawn smaller within it.
  const SMALL = 24;
  const LARGE = 34;
  // Marks this far apart do not cover one another.
  const ROOM = 40;
  const NUMBERS = new Intl.NumberFormat("de-DE");
  let asked = 0;

  holder.hidden = false;
  drawn.classList.add("kn-print-only");

  const map = L.map(holder, {
    attributionControl: false,
    zoomControl: false,
    minZoom: 5,
    maxZoom: 13,
    zoomSnap: 0.5,
  });
  L.control.zoom({ zoomInTitle: "Vergrößern", zoomOutTitle: "Verkleinern" }).addTo(map);
  const marks = L.layerGroup().addTo(map);
  const country = holder.dataset.country.split(",").map(Number);
  const [west, south, east, north] = holder.dataset.part.split(",").map(Number);
  map.fitBounds([[south, west], [north, east]]);
  map.setMaxBounds(map.getBounds().pad(0.6));

  fetch(holder.dataset.outline)
    .then((answer) => answer.json())
    .then((outline) =>
      L.geoJSON(outline, {
        interactive: false,
        style: { color: "#6b7285", weight: 1, fillColor: "#eef1f6", fillOpacity: 1 },
      }).addTo(map).bringToBack(),
    )
    .catch(giveUp);

  map.on("moveend", show);
  show();

  function show() {
    const question = ++asked;
    const bounds = map.getBounds();
    const part = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
    const address = new URL(holder.dataset.hits, window.location.href);
    address.searchParams.set("ausschnitt", part.map((value) => value.toFixed(3)).join(","));
    address.searchParams.set("spalten", String(Math.max(2, Math.floor(widthOnScreen(part) / ROOM))));
    fetch(address)
      .then((answer) => {
        if (!answer.ok) throw new Error(String(answer.status));
        return answer.json();
      })
      .then((found) => {
        // A slow answer to an earlier question must not replace a newer one.
        if (question === asked) draw(found);
      })
      .catch(giveUp);
  }

  // Of what is seen, the part the server divides into columns: it knows no towns outside the country.
  function widthOnScreen([left, , right]) {
    const from = map.latLngToContainerPoint([51, Math.max(left, country[0])]);
    const to = map.latLngToContainerPoint([51, Math.min(right, country[2])]);
    return to.x - from.x;
  }

  function draw(found) {
    marks.clearLayers();
    const items = [
      ...found.groups.map(([lat, lon, count, southwest, northeast]) => ({
        place: L.latLng(lat, lon), count, bounds: L.latLngBounds(southwest, northeast),
      })),
      ...found.points.map(([lat, lon, name, address, member]) => ({
        place: L.latLng(lat, lon), count: 1, bounds: L.latLngBounds([[lat, lon]]), name, address, member,
      })),
    ];
    for (const item of gathered(items)) {
      if (item.count === 1) drawTown(item);
      else drawGroup(item);
    }
  }

  // What would cover one another is drawn as one, where the first of them lies.
  function gathered(items) {
    const kept = [];
    for (const item of items) {
      const at = map.latLngToContainerPoint(item.place);
      const near = kept.find((other) => other.at.distanceTo(at) < ROOM);
      if (near) {
        near.count += item.count;
        near.bounds.extend(item.bounds);
      } else {
        kept.push({ ...item, at });
      }
    }
    return kept;
  }

  function drawTown({ place, name, address, member }) {
    const mark = pin(place, "", member ? "kn-pin kn-pin--member" : "kn-pin", SMALL, name);
    mark.bindTooltip(name).on("click", () => window.location.assign(address));
  }

  function drawGroup({ place, count, bounds }) {
    const words = `${NUMBERS.format(count)} Städte nahe beieinander, größer zeigen`;
    const mark = pin(place, NUMBERS.format(count), "kn-pin kn-pin--group", LARGE, words);
    mark.on("click", () => map.fitBounds(bounds));
  }

  function pin(place, text, className, size, words) {
    const icon = L.divIcon({ html: text, className, iconSize: [size, size] });
    const mark = L.marker(place, { icon, alt: words, title: words, keyboard: true }).addTo(marks);
    mark.getElement().setAttribute("aria-label", words);
    // Leaflet opens tooltips with Enter, and clicks with nothing.
    mark.on("keypress", (event) => {
      if (event.originalEvent.key === "Enter") mark.fire("click");
    });
    return mark;
  }

  // The drawn map shows everything too.
  function giveUp() {
    holder.hidden = true;
    drawn.classList.remove("kn-print-only");
  }
})();
