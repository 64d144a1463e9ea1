// A check: what was not good is marked by hand, one click marks the rest as good. The verdict stays the inspector's own.
const button = document.querySelector("[data-rest-good]");
button?.addEventListener("click", () => {
  const groups = new Set([...button.form.querySelectorAll("input[type=radio][name^='result_']")].map((radio) => radio.name));
  for (const name of groups) {
    const choices = [...button.form.querySelectorAll(`input[name='${name}']`)];
    if (!choices.some((radio) => radio.checked)) choices.find((radio) => radio.value === "ok").checked = true;
  }
  button.form.querySelector("input[name=passed]").focus();
});
