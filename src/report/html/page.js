// Reading needs none of this. It sorts tables by a click on a heading and opens everything before printing.
for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.rows].flatMap((row) => [...row.cells]).filter((cell) => cell.scope === "col");
  const singles = heads.filter((cell) => cell.rowSpan === 2 || table.tHead.rows.length === 1);
  const columns = [...singles, ...heads.filter((cell) => !singles.includes(cell))];
  columns.forEach((head, column) => {
    const button = document.createElement("button");
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const direction = head.getAttribute("aria-sort") === "descending" ? 1 : -1;
      columns.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", direction === 1 ? "ascending" : "descending");
      const key = (row) => {
        const cell = row.cells[column];
        return cell.classList.contains("number") ? parseFloat(cell.dataset.value ?? "-Infinity") : cell.textContent;
      };
      const compare = (a, b) => (typeof a === "number" ? a - b : a.localeCompare(b, "vi"));
      const body = table.tBodies[0];
      body.append(...[...body.rows].sort((a, b) => direction * compare(key(a), key(b))));
    });
  });
}
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((item) => (item.open = true)));
