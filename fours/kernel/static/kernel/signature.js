// A signature becomes a PNG data URL in the hidden field; the form is not sent without one where it is required.
import SignaturePad from "../vendor/signature_pad.js";

export function start(root) {
  const frame = root.querySelector(".sign-pad");
  const canvas = frame.querySelector("canvas");
  const field = root.querySelector("input[type=hidden]");
  const error = root.querySelector("[data-signature-error]");
  const pad = new SignaturePad(canvas, { minWidth: 0.9, maxWidth: 2.6, penColor: "#10182b", backgroundColor: "rgba(255,255,255,0)" });
  const fit = () => fitCanvas(canvas, pad, field);
  new ResizeObserver(fit).observe(frame);
  pad.addEventListener("endStroke", () => {
    field.value = pad.toDataURL("image/png");
    frame.classList.add("signed");
    error.hidden = true;
  });
  root.querySelector("[data-signature-clear]").addEventListener("click", () => {
    pad.clear();
    field.value = "";
    frame.classList.remove("signed");
  });
  frame.classList.toggle("signed", isDrawn(field.value));
  field.form?.addEventListener("submit", (event) => {
    if (field.value || !field.dataset.required) return;
    event.preventDefault();
    error.textContent = field.dataset.required;
    error.hidden = false;
    frame.scrollIntoView({ block: "center" });
  });
}

function isDrawn(value) {
  return value.startsWith("data:image/png;base64,");
}

function fitCanvas(canvas, pad, field) {
  // Two dots per point keep the picture small and the line smooth, whatever the screen.
  const ratio = Math.min(window.devicePixelRatio || 1, 2);
  const [width, height] = [Math.round(canvas.offsetWidth * ratio), Math.round(canvas.offsetHeight * ratio)];
  if (!width || (canvas.width === width && canvas.height === height)) return;
  const strokes = pad.toData();
  canvas.width = width;
  canvas.height = height;
  canvas.getContext("2d").scale(ratio, ratio);
  pad.clear();
  // A signature that came back with a refused form has no strokes, only its picture.
  if (strokes.length || !isDrawn(field.value)) pad.fromData(strokes);
  else pad.fromDataURL(field.value);
}
