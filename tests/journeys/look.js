/* What can be seen of a page, beside axe in the same window; `looking.py` reads the answers.

   Contrast follows from the colour and size of a text and from what it stands on. So it is measured where these are together for the first
   time: a look that axe has found good elsewhere is left out. What axe could not measure is measured again wherever it comes; what axe takes for no
   text that is to be seen (it lies outside the page, or is cut off) is known by the place where it stands. */
window.lookAt = async (asked) => {
  const settled = Promise.allSettled(document.getAnimations().map((one) => one.finished));
  await Promise.race([settled, new Promise((done) => { setTimeout(done, 2000); })]);
  const faultsOf = (answer) => answer.violations.map((found) => `${found.id}: ${found.nodes.slice(0, 3).map((node) => node.target.join(" ")).join(", ")}`);
  const answer = { faults: [], measured: [] };
  if (asked.rules.length > 0) {
    const some = asked.rules.includes("all") ? { rules: { "color-contrast": { enabled: false } } } : { runOnly: asked.rules };
    answer.faults = faultsOf(await window.axe.run({ resultTypes: ["violations"], preload: false, ...some }));
  }
  if (asked.rules.includes("all")) {
    const fresh = looksOf(document.body, new Set(asked.known.split(" ")));
    if (fresh.size > 0) {
      const types = { resultTypes: ["violations", "passes", "incomplete"], elementRef: true, preload: false };
      const found = await window.axe.run([...fresh.keys()], { runOnly: ["color-contrast"], ...types });
      const parts = (results) => results.flatMap((one) => one.nodes).map((node) => node.element);
      const looks = (results) => parts(results).filter((one) => fresh.has(one)).map((one) => fresh.get(one));
      const bad = new Set(looks(found.violations)), told = new Set(parts([...found.passes, ...found.violations, ...found.incomplete]));
      const silent = [...fresh].filter(([one]) => !told.has(one)).map(([one, look]) => mark(look + pathOf(one)));
      answer.faults.push(...faultsOf(found));
      answer.measured = [...new Set([...looks(found.passes), ...silent])].filter((look) => !bad.has(look));
    }
  }
  return answer;

  /** Each element with a text of its own that is to be seen, whose look is not known, and that look. */
  function looksOf(root, known) {
    const places = new Map([[null, { on: "", through: "" }]]), fresh = new Map();
    for (const one of root.querySelectorAll("*:not(script, style)")) {
      const speaks = one.matches("input, select, textarea") || [...one.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
      if (!speaks || one.offsetWidth <= 1 || !one.checkVisibility({ visibilityProperty: true })) continue;
      const style = getComputedStyle(one), place = placeOf(one, places);
      const look = mark([style.color, style.fontSize, style.fontWeight, style.textShadow, place.on, place.through].join("|"));
      if (!known.has(look) && !known.has(mark(look + pathOf(one)))) fresh.set(one, look);
    }
    return fresh;
  }

  /** What a text in this element stands on, down to the first opaque colour, and what it is seen through. */
  function placeOf(one, places) {
    if (places.has(one)) return places.get(one);
    const style = getComputedStyle(one), below = placeOf(one.parentElement, places);
    const isPlain = style.backgroundImage === "none", isClear = isPlain && style.backgroundColor === "rgba(0, 0, 0, 0)";
    const isOpaque = isPlain && style.backgroundColor.startsWith("rgb(");
    const own = isClear ? "" : `${style.backgroundColor} ${style.backgroundImage} `;
    const isLaid = ["absolute", "fixed", "sticky"].includes(style.position); // over something that is not its parent
    const isSeenThrough = style.opacity !== "1" || style.filter !== "none" || style.mixBlendMode !== "normal";
    const place = {
      on: (isOpaque ? "" : below.on) + own + (isLaid ? `${style.position} ${one.getAttribute("class")} ` : ""),
      through: below.through + (isSeenThrough ? `${style.opacity} ${style.filter} ${style.mixBlendMode} ` : ""),
    };
    places.set(one, place);
    return place;
  }

  /** An element and those that it stands in, by tag and class. */
  function pathOf(one) {
    return one ? `${one.tagName}.${one.getAttribute("class")} ${pathOf(one.parentElement)}` : "";
  }

  /** A short name for a long text (FNV-1a, twice). */
  function mark(text) {
    let first = 0x811c9dc5, second = 0x01000193;
    for (let at = 0; at < text.length; at += 1) {
      first = Math.imul(first ^ text.charCodeAt(at), 0x01000193);
      second = Math.imul(second ^ text.charCodeAt(at), 0x5bd1e995);
    }
    return (first >>> 0).toString(36) + (second >>> 0).toString(36);
  }
};
