// A browser words its file control in its own language; ours speaks Chinese and names what was chosen.
export function start(input) {
  const frame = document.createElement("span");
  frame.className = "file-pick";
  const button = document.createElement("b");
  button.textContent = "选择文件";
  const name = document.createElement("span");
  input.replaceWith(frame);
  frame.append(button, name, input);
  const tell = () => {
    const chosen = [...input.files].map((file) => file.name);
    name.textContent = chosen.length > 1 ? `${chosen.length} 个文件：${chosen.join("、")}` : chosen[0] ?? "未选择文件";
  };
  input.addEventListener("change", tell);
  // A page taken back from the browser's memory still has its file.
  window.addEventListener("pageshow", tell);
  tell();
}
