
// Search and order of the tables of clusters. Without this the page reads as it stands.
const words = new Intl.Collator();
for (const find of document.querySelectorAll(".find")) {
  const table = document.getElementById(find.dataset.table).querySelector("table");
  const [input, select, output] = ["input", "select", "output"].map((name) => find.querySelector(name));
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  const rows = [...body.rows].map((row) => ({ row, words: row.textContent.toLowerCase() }));
  const tell = (shown) => {
    const all = rows.length === 1 ? "1 row" : `${rows.length} rows`;
    output.textContent = shown === rows.length ? all : `${shown} of ${all}`;
  };
  const search = () => {
    const wanted = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const one of rows) {
      one.row.hidden = !wanted.every((word) => one.words.includes(word));
      shown += !one.row.hidden;
    }
    tell(shown);
  };
  const order = (column, descending) => {
    const numeric = "byNumber" in heads[column].dataset;
    const value = (one) => one.row.cells[column].dataset.value;
    const by = (a, b) => (numeric ? a - b : words.compare(a, b));
    rows.sort((one, other) => {
      const [a, b] = [value(one), value(other)];
      if (a === "" || b === "") return (a === "") - (b === "");
      return descending ? by(b, a) : by(a, b);
    });
    body.append(...rows.map((one) => one.row));
    heads.forEach((head) => head.removeAttribute("aria-sort"));
    heads[column].setAttribute("aria-sort", descending ? "descending" : "ascending");
    select.value = column;
  };
  heads.forEach((head, column) => {
    const label = head.querySelector("span");
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = label.textContent;
    button.addEventListener("click", () => order(column, head.getAttribute("aria-sort") === "ascending"));
    label.replaceWith(button);
    select.add(new Option(button.textContent, column, head.hasAttribute("aria-sort"), head.hasAttribute("aria-sort")));
  });
  select.addEventListener("change", () => order(Number(select.value), false));
  input.addEventListener("input", search);
  find.hidden = false;
  tell(rows.length);
}
