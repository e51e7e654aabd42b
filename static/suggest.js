// An ARIA 1.2 combobox; the search form works without it.
const make = (parent, tag, properties) =>
  parent.appendChild(Object.assign(document.createElement(tag), properties));

for (const form of document.querySelectorAll(".find")) {
  const input = form.q;
  const id = `${input.id}-list`;
  const list = make(form, "ul", { id, role: "listbox", ariaLabel: "Suggestions" });
  const status = make(form, "p", { role: "status", className: "vh" });
  let hits = [], chosen, drawn, drawnAt, asked, timer;

  const choose = (hit) => {
    chosen = hit;
    hits.forEach(({ row }) => (row.ariaSelected = row === hit?.row));
    input.setAttribute("aria-activedescendant", hit?.row.id ?? "");
    hit?.row.scrollIntoView({ block: "nearest" });
  };
  const show = (isOpen, words) => {
    list.hidden = !isOpen;
    input.ariaExpanded = isOpen;
    status.textContent = words;
    choose();
  };
  const stop = () => {
    asked = clearTimeout(timer);
    show(false, "");
  };
  const open = ({ url, name }) => {
    stop();
    if (url) return location.assign(url);
    input.value = name;
    form.submit();
  };
  const draw = (text) => {
    // Rows that stay the same do not move under a thumb.
    if (list.hidden || text !== drawn) {
      ({ hits } = JSON.parse((drawn = text)));
      drawnAt = performance.now();
      list.replaceChildren();
      hits.forEach((hit, at) => {
        // A tap just after a change was meant for another row.
        const onclick = () => performance.now() - drawnAt > 300 && open(hit);
        hit.row = make(list, "li", { id: id + at, role: "option", onclick });
        make(hit.row, "b", { textContent: hit.label });
        hit.row.append(" ", hit.matched);
        make(hit.row, "small", { textContent: hit.about });
      });
    }
    const n = hits.length;
    show(n > 0, `${n || "No"} suggestion${n === 1 ? "" : "s"}`);
  };
  const load = async () => {
    const q = (asked = input.value.trim());
    const call = q[1] && fetch(`${form.action}suggest/?${new URLSearchParams({ q })}`);
    const text = await call?.then((answer) => answer.ok && answer.text()).catch(() => "");
    // A slow answer never replaces a newer one.
    if (asked === q) text ? draw(text) : stop();
  };

  Object.assign(input, { role: "combobox", ariaAutoComplete: "list" });
  input.setAttribute("aria-controls", id);
  stop();
  input.onblur = form.onsubmit = stop;
  input.oninput = () => {
    asked = clearTimeout(timer);
    timer = setTimeout(load, 120);
  };
  input.onkeydown = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const n = hits.length + 1;
    if (event.isComposing) return;
    if (step && list.hidden) load();
    else if (step) choose(hits[((hits.indexOf(chosen) + 1 + step + n) % n) - 1]);
    else if (event.key === "Enter" && chosen) open(chosen);
    else if (event.key === "Escape" && !list.hidden) stop();
    else return choose();
    event.preventDefault();
  };
  list.onmousedown = (event) => event.preventDefault();
}
