// A video is played in the page once it is clicked; before that, nothing comes from its site.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-player]");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  const frame = document.createElement("iframe");
  frame.className = "video-player";
  frame.title = link.querySelector(".video-title").textContent;
  frame.allow = "autoplay; fullscreen; picture-in-picture";
  frame.referrerPolicy = "strict-origin-when-cross-origin"; // some players show nothing to a page without a name
  frame.sandbox = "allow-scripts allow-same-origin allow-popups allow-presentation";
  frame.src = link.dataset.player;
  link.replaceWith(frame);
  frame.focus();
});
