// The till: what this payment sums up to, and the change for the cash that lies on the counter. In whole cents.
const cents = (text) => Math.round(Number(String(text).replace(/,/g, "")) * 100) || 0;
const yuan = (amount) => (amount / 100).toLocaleString("zh-CN", { minimumFractionDigits: 2 });

function start(form) {
  const rows = [...form.querySelectorAll("[name^=amount_]")].map((amount) => ({
    amount,
    kind: form.elements[amount.name.replace("amount", "kind")],
  }));
  const tendered = form.querySelector("[data-tendered]");
  const change = form.querySelector("[data-change]");
  const show = () => {
    const sum = rows.reduce((total, row) => total + cents(row.amount.value), 0);
    const cash = rows.filter((row) => row.kind.value === "cash").reduce((total, row) => total + cents(row.amount.value), 0);
    const left = cents(form.dataset.due) - sum;
    form.querySelector("[data-sum]").textContent = `${yuan(sum)}${left > 0 ? `，还差 ${yuan(left)}` : left < 0 ? `，多收 ${yuan(-left)}` : ""}`;
    if (!tendered.value) change.textContent = "—";
    else change.textContent = cents(tendered.value) < cash ? `还差 ${yuan(cash - cents(tendered.value))}` : yuan(cents(tendered.value) - cash);
  };
  form.addEventListener("input", show);
  form.addEventListener("change", show);
  show();
}

document.querySelectorAll("[data-till]").forEach(start);
