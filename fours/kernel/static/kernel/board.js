// Dragging a card posts the move as a verb; a refusal puts the card back and shows the server's own words.
import Sortable from "../vendor/sortable.js";
import { showError } from "./errors.js";

export function start(board) {
  board.querySelectorAll("[data-column]").forEach((column) => {
    Sortable.create(column, {
      group: board.dataset.board || "board",
      draggable: "[data-card]",
      filter: "a, button, select, input",
      preventOnFilter: false,
      ghostClass: "board-ghost",
      animation: 120,
      delay: 150,
      delayOnTouchOnly: true,
      onEnd: (event) => moved(board, event),
    });
  });
}

async function moved(board, event) {
  const { item: card, from, to, oldDraggableIndex, newDraggableIndex } = event;
  if (from === to && oldDraggableIndex === newDraggableIndex) return;
  card.classList.add("board-busy");
  const refusal = await post(card, to.dataset.column, newDraggableIndex);
  card.classList.remove("board-busy");
  if (refusal === null) {
    countCards(board);
    board.dispatchEvent(new CustomEvent("board-moved", { bubbles: true }));
    return;
  }
  from.insertBefore(card, from.querySelectorAll("[data-card]")[oldDraggableIndex] ?? null);
  showError(refusal);
}

// The refusal's text, or null when the server accepted the move.
async function post(card, column, position) {
  const body = new URLSearchParams({ column, position: String(position), idempotency_key: newKey() });
  if (card.dataset.version) body.set("version", card.dataset.version);
  const headers = { Accept: "application/json", ...JSON.parse(document.body.getAttribute("hx-headers") || "{}") };
  try {
    const answer = await fetch(card.dataset.moveUrl, { method: "POST", headers, body });
    const isJson = answer.headers.get("Content-Type")?.includes("json");
    const data = isJson ? await answer.json() : {};
    // A move that needs more than a drop (who, why) names the page that asks for it.
    if (data.ask) location.assign(data.ask);
    if (!answer.ok) return data.message || "这一步现在不能做。";
    if (data.version) card.dataset.version = data.version;
    return null;
  } catch {
    return "连不上服务器，卡片已放回原处。";
  }
}

// crypto.randomUUID exists only on secure origins; tablets in the shop reach the server without TLS.
function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function countCards(board) {
  board.querySelectorAll(".board-col").forEach((column) => {
    const count = column.querySelector("h3 span");
    if (count) count.textContent = column.querySelectorAll("[data-card]").length;
  });
}
