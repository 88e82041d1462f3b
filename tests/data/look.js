// Run in a page: what it says, what sticks out of it, and which text is too faint or too small to be read.
(() => {
  const root = document.documentElement;
  const numbers = (colour) => {
    const parts = colour.match(/[\d.]+/g).map(Number);
    const isShare = colour.startsWith("color(");
    const [red, green, blue] = parts.slice(0, 3).map((part) => (isShare ? part * 255 : part));
    return [red, green, blue, parts.length > 3 ? parts[3] : 1];
  };
  const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
  const isDark = matchMedia("(prefers-color-scheme: dark)").matches
    && getComputedStyle(root).colorScheme.includes("dark") && !matchMedia("print").matches;
  const canvas = isDark ? [18, 18, 18, 1] : [255, 255, 255, 1];
  const ground = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) layers.push(numbers(getComputedStyle(at).backgroundColor));
    return layers.reverse().reduce((below, layer) => over(layer, below), canvas);
  };
  const channel = (value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  const brightness = (colour) => 0.2126 * channel(colour[0]) + 0.7152 * channel(colour[1]) + 0.0722 * channel(colour[2]);
  const contrast = (one, other) => {
    const [dark, bright] = [brightness(one), brightness(other)].sort((a, b) => a - b);
    return (bright + 0.05) / (dark + 0.05);
  };
  const isShown = (element) => {
    const style = getComputedStyle(element);
    const box = element.getBoundingClientRect();
    return style.visibility === "visible" && box.width > 1 && box.height > 1;
  };
  const scrolls = (element) => {
    for (let at = element.parentElement; at; at = at.parentElement) {
      if (["auto", "scroll"].includes(getComputedStyle(at).overflowX)) return true;
    }
    return false;
  };
  const faint = [];
  const small = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    const text = node.textContent.trim();
    if (!text || ["STYLE", "SCRIPT"].includes(element.tagName) || !isShown(element)) continue;
    const style = getComputedStyle(element);
    const behind = ground(element);
    const seen = contrast(over(numbers(style.color), behind), behind);
    const size = parseFloat(style.fontSize);
    if (seen < (size >= 24 ? 3 : 4.5)) faint.push(`${text.slice(0, 40)} ${seen.toFixed(2)}`);
    if (size < 12) small.push(`${text.slice(0, 40)} ${size}`);
  }
  const wide = [...document.body.querySelectorAll("*")]
    .filter((element) => element.getBoundingClientRect().right > root.clientWidth + 1 && !scrolls(element) && isShown(element))
    .map((element) => `${element.tagName}.${element.className}`);
  return {
    text: document.body.innerText,
    title: document.title,
    language: root.lang,
    overflow: Math.max(0, root.scrollWidth - root.clientWidth),
    wide: wide.slice(0, 5),
    faint: [...new Set(faint)].slice(0, 5),
    small: [...new Set(small)].slice(0, 5),
  };
})()
