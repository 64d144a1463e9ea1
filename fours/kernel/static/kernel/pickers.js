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
      load: (query, done) => ask(select.dataset.picker, query).then(done, () => done()),
      onType: () => picker.clearOptions(),
      onChange: (value) => select.dispatchEvent(new CustomEvent("picked", { bubbles: true, detail: picker.options[value] })),
      render: {
        option: (item, escape) => `<div>${escape(item.text)}${sub(item, escape)}</div>`,
        item: (item, escape) => `<div>${escape(item.text)}${sub(item, escape)}</div>`,
        no_results: () => '<div class="no-results">没有找到</div>',
        loading: () => '<div class="no-results">正在查找…</div>',
      },
    });
  });
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
