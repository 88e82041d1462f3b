// Reads the ledger again every two seconds; what has the focus stays as it is. The button stops and starts it.
const button = document.querySelector("#live");
const read = async () => {
  if (button.getAttribute("aria-pressed") !== "true" || document.hidden) return;
  const answer = await fetch(location.href).catch(() => null);
  if (!answer || !answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  document.querySelector("main").replaceWith(page.querySelector("main"));
};
button.hidden = false;
button.addEventListener("click", () => {
  button.setAttribute("aria-pressed", button.getAttribute("aria-pressed") === "true" ? "false" : "true");
});
setInterval(read, 2000);
