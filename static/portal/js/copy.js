// Buttons that copy the text of a field. Without scripts they stay hidden: the field can be selected by hand.
const status = document.getElementById("status");

const copy = async (field) => {
  field.select();
  if (navigator.clipboard) return navigator.clipboard.writeText(field.value);
  // Browsers give the clipboard to pages over HTTPS only; this older way works everywhere.
  if (!document.execCommand("copy")) throw new Error("the browser refused to copy");
};

for (const button of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  const words = button.querySelector("span");
  const usual = words.textContent;
  let back;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await copy(field);
    } catch {
      return; // the address is selected: the keyboard copies it
    }
    words.textContent = button.dataset.done;
    status.textContent = button.dataset.done;
    clearTimeout(back);
    back = setTimeout(() => {
      words.textContent = usual;
      status.textContent = "";
    }, 3000);
  });
}
