// A text chosen from a list is put into the box that names that list, to be changed there before it is sent.
document.addEventListener("change", (event) => {
  const box = document.querySelector(`[data-starts-from="${event.target.name}"]`);
  if (box) box.value = event.target.value;
});
