// A signature becomes a PNG data URL in the hidden field; the form is not sent without one where it is required.
import SignaturePad from "../vendor/signature_pad.js";

export function start(root) {
  const frame = root.querySelector(".sign-pad");
  const canvas = frame.querySelector("canvas");
  const field = root.querySelector("input[type=hidden]");
  const error = root.querySelector("[data-signature-error]");
  const scan = root.querySelector("[data-signature-scan]");
  const picture = frame.querySelector("img");
  const pad = new SignaturePad(canvas, { minWidth: 0.9, maxWidth: 2.6, penColor: "#10182b", backgroundColor: "rgba(255,255,255,0)" });
  const fit = () => fitCanvas(canvas, pad);
  new ResizeObserver(fit).observe(frame);
  const keep = (value) => {
    field.value = value;
    frame.classList.add("signed");
    error.hidden = true;
  };
  // A stroke takes the place of a scan, a scan of the strokes.
  pad.addEventListener("beginStroke", () => (picture.hidden = true));
  pad.addEventListener("endStroke", () => keep(pad.toDataURL("image/png")));
  root.querySelector("[data-signature-clear]").addEventListener("click", () => {
    pad.clear();
    field.value = "";
    scan.value = "";
    scan.dispatchEvent(new Event("change"));
    picture.hidden = true;
    frame.classList.remove("signed");
  });
  scan.addEventListener("change", async () => {
    if (!scan.files.length) return;
    try {
      const read = await asPng(scan.files[0]);
      pad.clear();
      picture.src = read;
      picture.hidden = false;
      keep(read);
    } catch {
      error.querySelector("span").textContent = "这个文件不是照片，请上传 JPG 或 PNG。";
      error.hidden = false;
    }
  });
  // A signature that came back with a refused form has no strokes, only its picture; it is shown in its own proportions.
  if (field.value.startsWith("data:image/png;base64,")) {
    picture.src = field.value;
    picture.hidden = false;
    frame.classList.add("signed");
  }
  field.form?.addEventListener("submit", (event) => {
    if (field.value || !field.dataset.required) return;
    event.preventDefault();
    error.querySelector("span").textContent = field.dataset.required;
    error.hidden = false;
    frame.scrollIntoView({ block: "center" });
  });
}

// The server takes a signature of at most one megabyte: a page photographed large is made smaller until it fits.
async function asPng(file) {
  const image = await createImageBitmap(file);
  const canvas = document.createElement("canvas");
  const ink = canvas.getContext("2d");
  for (let longest = 1600; ; longest *= 0.7) {
    const scale = Math.min(1, longest / Math.max(image.width, image.height));
    canvas.width = Math.max(1, Math.round(image.width * scale));
    canvas.height = Math.max(1, Math.round(image.height * scale));
    ink.fillStyle = "#fff";
    ink.fillRect(0, 0, canvas.width, canvas.height);
    ink.filter = "grayscale(1) contrast(1.6)";
    ink.drawImage(image, 0, 0, canvas.width, canvas.height);
    const read = canvas.toDataURL("image/png");
    if (read.length < 1_000_000) return read;
  }
}

function fitCanvas(canvas, pad) {
  // Two dots per point keep the picture small and the line smooth, whatever the screen.
  const ratio = Math.min(window.devicePixelRatio || 1, 2);
  const [width, height] = [Math.round(canvas.offsetWidth * ratio), Math.round(canvas.offsetHeight * ratio)];
  if (!width || (canvas.width === width && canvas.height === height)) return;
  const strokes = pad.toData();
  canvas.width = width;
  canvas.height = height;
  canvas.getContext("2d").scale(ratio, ratio);
  pad.clear();
  pad.fromData(strokes);
}
