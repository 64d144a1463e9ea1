// Select boxes that ask the server while one types: data-picker holds the address, the answer is {"items": [{value, text, sub}]}.
export function startPickers(root) {
  root.querySelectorAll("select[data-picker]").forEach((select) => {
    if (select.tomselect) return;
    const picker = new window.TomSelect(select, {
      valueField: "value",
      labelField: "text",
      searchField: [],
      maxItems: select.multiple ? null : 1,
      maxOptions: 50,
      loadThrottle: 200,
      preload: "focus",
      load(query, done) {
        const asked = (this.asked = (this.asked ?? 0) + 1);
        const answer = (items) => (asked === this.asked && query === this.inputValue() ? done(items) : forget(this));
        ask(select.dataset.picker, query).then(answer, () => answer());
      },
      onItemAdd() {
        // What was asked before the choice is no longer wanted: its answer would open the list again, over what stands below.
        this.asked = (this.asked ?? 0) + 1;
        if (this.settings.maxItems === 1) this.close();
      },
      onType: () => picker.clearOptions(),
      create: select.dataset.pickerNew ? (typed) => writeDown(select, typed) : false,
      createFilter: (typed) => typed.trim().length > 3 && !picker.currentResults?.items.length,
      onChange: (value) => select.dispatchEvent(new CustomEvent("picked", { bubbles: true, detail: picker.options[value] })),
      render: {
        option: (item, escape) => `<div>${escape(item.text)}${sub(item, escape)}</div>`,
        item: (item, escape) => `<div>${escape(item.text)}${sub(item, escape)}</div>`,
        no_results: () => '<div class="no-results">没有找到</div>',
        loading: () => '<div class="no-results">正在查找…</div>',
        option_create: (data, escape) => `<div class="create">店里没有，用 <b>${escape(data.input)}</b> 建档</div>`,
      },
    });
    // The label now names the box one types into; the select behind it has none left to be read by.
    select.setAttribute("aria-hidden", "true");
  });
}

// An answer nobody waits for any more: only the sign that one is awaited goes.
function forget(picker) {
  picker.loading = Math.max(picker.loading - 1, 0);
  if (!picker.loading) picker.wrapper.classList.remove(picker.settings.loadingClass);
}

// What was not found is not typed again: it goes into the field for a new one, a number into the one for the phone.
function writeDown(select, typed) {
  const { pickerNew, pickerNewPhone } = select.dataset;
  const isPhone = pickerNewPhone && /^[+\d][\d\s-]{6,}$/.test(typed.trim());
  const field = select.form.elements[isPhone ? pickerNewPhone : pickerNew];
  select.form.elements[pickerNew].closest("details")?.setAttribute("open", "");
  field.value = typed.trim();
  field.dispatchEvent(new Event("input", { bubbles: true }));
  setTimeout(() => field.focus(), 0);
  return false;
}

function sub(item, escape) {
  return item.sub ? `<small>${escape(item.sub)}</small>` : "";
}

async function ask(address, query) {
  const target = new URL(address, window.location.href);
  target.searchParams.set("q", query);
  const answer = await fetch(target, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return (await answer.json()).items;
}
