// What went wrong with a request made in the background is said, never swallowed.
const TEXTS = {
  403: "没有权限做这一步。",
  404: "这条记录不存在，或不属于当前门店。",
  413: "文件太大。",
  429: "操作太频繁，请稍等再试。",
  500: "系统出错了，没有保存。请再试一次，仍然不行就联系管理员。",
};

export function showError(text) {
  const place = document.querySelector("[data-toasts]");
  if (!place) return;
  const note = document.createElement("div");
  note.className = "note note-red";
  const words = document.createElement("div");
  words.className = "note-text";
  words.textContent = text;
  const close = document.createElement("button");
  close.className = "note-close";
  close.type = "button";
  close.setAttribute("aria-label", "关闭");
  close.textContent = "×";
  close.addEventListener("click", () => note.remove());
  note.append(words, close);
  place.append(note);
  setTimeout(() => note.remove(), 12000);
}

export function startErrors() {
  document.body.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    if (status === 423) return; // a locked screen, covered by lock.js
    showError(TEXTS[status] ?? TEXTS[500]);
  });
  document.body.addEventListener("htmx:sendError", () => showError("连不上服务器，请检查网络后再试。填写的内容还在。"));
}
