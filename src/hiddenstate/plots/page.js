"use strict";
// Reads out the values of a chart at the pointer, or at the place chosen with the arrow keys.
(function () {
  const say = document.getElementById("say");
  let lit = null;

  function centre(mark) {
    const box = mark.getBoundingClientRect();
    return { x: box.left + box.width / 2, top: box.top, bottom: box.bottom };
  }

  function hide() {
    if (lit) lit.classList.remove("on");
    lit = null;
    say.hidden = true;
  }

  function show(mark) {
    if (mark === lit) return;
    hide();
    lit = mark;
    mark.classList.add("on");
    say.replaceChildren(...mark.dataset.say.split(" | ").map((text, place) => {
      const line = document.createElement(place ? "span" : "b");
      line.textContent = text;
      return line;
    }));
    say.hidden = false;
    const at = centre(mark);
    const right = at.x + 14 + say.offsetWidth < document.documentElement.clientWidth;
    const left = right ? at.x + 14 : at.x - 14 - say.offsetWidth;
    say.style.left = Math.max(4, left + window.scrollX) + "px";
    say.style.top = at.top + window.scrollY + "px";
  }

  function nearest(marks, x, y) {
    let best = null, least = Infinity;
    for (const mark of marks) {
      const at = centre(mark);
      if (y < at.top - 24 || y > at.bottom + 24) continue;
      const distance = Math.abs(at.x - x);
      if (distance < least) { least = distance; best = mark; }
    }
    return least < 60 ? best : null;
  }

  for (const drawing of document.querySelectorAll(".drawing svg")) {
    const marks = Array.from(drawing.querySelectorAll("[data-say]"));
    if (!marks.length) continue;
    drawing.setAttribute("tabindex", "0");
    const point = (event) => {
      const mark = nearest(marks, event.clientX, event.clientY);
      if (mark) show(mark); else hide();
    };
    drawing.addEventListener("pointermove", point);
    drawing.addEventListener("pointerdown", point);
    // A finger leaves when it is lifted: what it asked for stays until the next tap elsewhere.
    drawing.addEventListener("pointerleave", (event) => { if (event.pointerType !== "touch") hide(); });
    drawing.addEventListener("blur", hide);
    drawing.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (event.key === "Escape") hide();
      if (!step) return;
      event.preventDefault();
      const place = marks.indexOf(lit);
      show(marks[place < 0 ? 0 : Math.min(marks.length - 1, Math.max(0, place + step))]);
    });
  }
  document.addEventListener("pointerdown", (event) => { if (!event.target.closest(".drawing")) hide(); });
  window.addEventListener("resize", hide);
  window.addEventListener("beforeprint", () => {
    for (const fold of document.querySelectorAll("details")) fold.open = true;
  });
})();
