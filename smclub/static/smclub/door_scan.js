// A ticket read by the camera leads to its person on the list, where the browser itself knows how to read codes.
(() => {
  const button = document.querySelector("[data-scan]");
  if (!button || !("BarcodeDetector" in window) || !navigator.mediaDevices) return;
  const place = document.querySelector(button.dataset.scan);
  const video = place.querySelector("video"), note = place.querySelector("[data-none]");
  button.hidden = false;

  const read = async (detector) => {
    const found = await detector.detect(video).catch(() => []);
    const code = found.map(({ rawValue }) => rawValue.match(/\/accueil\/billet\/([^/]+)\/$/)?.[1]).find(Boolean);
    if (!code) return setTimeout(read, 250, detector);
    for (const track of video.srcObject.getTracks()) track.stop();
    location.assign(`${location.pathname}?billet=${code}`);
  };

  button.addEventListener("click", async () => {
    button.disabled = true;
    place.hidden = false;
    try {
      const detector = new BarcodeDetector({ formats: ["qr_code"] });
      video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      await video.play();
      read(detector);
    } catch {
      video.hidden = true;
      note.textContent = note.dataset.none;
    }
  });
})();
