// Tapping the car outline adds a numbered mark; the hidden field holds [{n, x, y, kind, note}] in the outline's own units.
const SVG = "http://www.w3.org/2000/svg";

function start(root) {
  const field = root.querySelector("input[type=hidden]");
  const outline = root.querySelector("svg.car-outline");
  const state = { root, field, outline, list: root.querySelector("[data-damage-list]"), marks: read(field.value) };
  state.kinds = JSON.parse(root.dataset.kinds);
  state.readonly = "readonly" in root.dataset;
  draw(state);
  if (state.readonly) return;
  outline.addEventListener("click", (event) => {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(outline.getScreenCTM().inverse());
    const kind = root.querySelector(".damage-kinds input:checked").value;
    state.marks.push({ n: state.marks.length + 1, x: Math.round(point.x), y: Math.round(point.y), kind, note: "" });
    save(state);
    draw(state);
  });
}

function read(text) {
  try {
    const marks = JSON.parse(text || "[]");
    return Array.isArray(marks) ? marks : [];
  } catch {
    return [];
  }
}

function save(state) {
  state.marks.forEach((mark, index) => (mark.n = index + 1));
  state.field.value = JSON.stringify(state.marks);
  state.field.dispatchEvent(new Event("change", { bubbles: true }));
}

function draw(state) {
  state.outline.querySelectorAll(".damage-mark").forEach((mark) => mark.remove());
  state.list.replaceChildren();
  for (const mark of state.marks) {
    state.outline.append(spot(mark));
    state.list.append(row(state, mark));
  }
}

function spot(mark) {
  const group = document.createElementNS(SVG, "g");
  group.setAttribute("class", "damage-mark");
  group.setAttribute("transform", `translate(${Number(mark.x)} ${Number(mark.y)})`);
  const circle = document.createElementNS(SVG, "circle");
  circle.setAttribute("r", "14");
  const number = document.createElementNS(SVG, "text");
  number.textContent = mark.n;
  group.append(circle, number);
  return group;
}

function row(state, mark) {
  const item = document.createElement("li");
  item.className = "damage-row";
  const number = document.createElement("span");
  number.className = "damage-number";
  number.textContent = mark.n;
  const kind = document.createElement("b");
  kind.textContent = state.kinds[mark.kind];
  item.append(number, kind);
  if (state.readonly) item.append(document.createTextNode(mark.note ?? ""));
  else item.append(noteField(state, mark), removeButton(state, mark));
  return item;
}

function noteField(state, mark) {
  const input = document.createElement("input");
  input.className = "form-control";
  input.value = mark.note ?? "";
  input.maxLength = 60;
  input.placeholder = "位置、大小（可不填）";
  input.setAttribute("aria-label", `第 ${mark.n} 处说明`);
  input.addEventListener("input", () => {
    mark.note = input.value;
    save(state);
  });
  return input;
}

function removeButton(state, mark) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "×";
  button.setAttribute("aria-label", `去掉第 ${mark.n} 处`);
  button.addEventListener("click", () => {
    state.marks.splice(state.marks.indexOf(mark), 1);
    save(state);
    draw(state);
  });
  return button;
}

document.querySelectorAll("[data-damage]").forEach(start);
