// How long and how large a film or recording is, as a phone would tell Telegram when it sends one.

/** {duration (s), width, height} of a file, {} where the browser can’t tell. */
export function measured(file) {
  const [family] = file.type.split("/");
  if (family !== "audio" && family !== "video") return Promise.resolve({});
  const url = URL.createObjectURL(file);
  const media = document.createElement(family);
  return new Promise((resolve) => {
    media.addEventListener("loadedmetadata", () => resolve({
      ...(Number.isFinite(media.duration) ? { duration: Math.max(1, Math.round(media.duration)) } : {}),
      ...(media.videoWidth ? { width: media.videoWidth, height: media.videoHeight } : {}),
    }));
    media.addEventListener("error", () => resolve({}));
    media.preload = "metadata";
    media.src = url;
  }).finally(() => URL.revokeObjectURL(url));
}
