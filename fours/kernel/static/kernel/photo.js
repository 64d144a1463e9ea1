// Photos are scaled in the browser to 2000 pixels at most, so that a tablet on a weak line can send them.
import { showError } from "./errors.js";

const LONGEST = 2000;

export function start(root) {
  const input = root.querySelector("input[type=file]");
  const list = root.querySelector("[data-photo-list]");
  let chosen = [];
  const show = () => {
    const bag = new DataTransfer();
    chosen.forEach((file) => bag.items.add(file));
    input.files = bag.files;
    list.replaceChildren(...chosen.map((file) => tile(file, () => {
      chosen = chosen.filter((other) => other !== file);
      show();
    })));
  };
  input.addEventListener("change", async () => {
    const added = await Promise.all([...input.files].map(shrink));
    const good = added.filter(Boolean);
    chosen = input.multiple ? [...chosen, ...good] : good.slice(0, 1);
    show();
  });
}

async function shrink(file) {
  let picture;
  try {
    picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    // The server reads HEIC; a browser that cannot show it sends the file as it is.
    if (/\.(heic|heif)$/i.test(file.name)) return file;
    showError(`“${file.name}”不是能识别的照片。`);
    return null;
  }
  const factor = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * factor);
  canvas.height = Math.round(picture.height * factor);
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
  return new File([blob], `${file.name.replace(/\.[^.]*$/, "")}.jpg`, { type: "image/jpeg" });
}

function tile(file, remove) {
  const box = document.createElement("div");
  box.className = "photo";
  const image = document.createElement("img");
  image.alt = file.name;
  image.src = URL.createObjectURL(file);
  image.addEventListener("load", () => URL.revokeObjectURL(image.src));
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "×";
  button.setAttribute("aria-label", "去掉这张照片");
  button.addEventListener("click", remove);
  box.append(image, button);
  return box;
}
