// Keys 1–5 answer the question at hand and go on to the next, so that an agent with a headset needs no mouse.
const questions = [...document.querySelectorAll("[data-question]")];

function atHand() {
  const within = questions.find((question) => question.contains(document.activeElement));
  return within ?? questions.find((question) => !question.querySelector("input:checked"));
}

function isTyping(target) {
  return target.closest("textarea, select, input:not([type=radio]), dialog");
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || isTyping(event.target)) return;
  if (!/^[1-5]$/.test(event.key)) return;
  const question = atHand();
  const answer = question?.querySelector(`input[value="${event.key}"]`);
  if (!answer) return;
  event.preventDefault();
  answer.checked = true;
  answer.dispatchEvent(new Event("change", { bubbles: true }));
  const next = questions[questions.indexOf(question) + 1];
  if (next) next.focus();
  else document.querySelector("[name=satisfied]")?.focus();
});

// The satisfaction that the overall answer says is proposed; the agent may choose otherwise.
document.addEventListener("change", (event) => {
  if (event.target.name !== "answer_overall") return;
  const wanted = Number(event.target.value) >= 4 ? "yes" : "no";
  if (document.querySelector("[name=satisfied]:checked")) return;
  const choice = document.querySelector(`[name=satisfied][value=${wanted}]`);
  if (choice) choice.checked = true;
});
