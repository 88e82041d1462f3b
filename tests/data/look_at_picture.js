// Run in an empty page: what there is in a PNG that comes in base64.
async (base64) => {
  const bytes = await (await fetch("data:image/png;base64," + base64)).blob();
  const picture = await createImageBitmap(bytes);
  const { width, height } = picture;
  const context = new OffscreenCanvas(width, height).getContext("2d");
  context.drawImage(picture, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  const colours = new Map();
  let brightness = 0;
  for (let i = 0; i < data.length; i += 4) {
    const colour = (data[i] << 16) | (data[i + 1] << 8) | data[i + 2];
    colours.set(colour, (colours.get(colour) ?? 0) + 1);
    brightness += (data[i] + data[i + 1] + data[i + 2]) / 3;
  }
  const pixels = width * height;
  return { width, height, colours: colours.size, commonest: Math.max(...colours.values()) / pixels, brightness: brightness / pixels };
}
