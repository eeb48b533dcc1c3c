// Puts a button beside every block of code that copies it.

for (const pre of document.querySelectorAll("main pre")) {
  const button = document.createElement("button");
  button.className = "copy";
  button.type = "button";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(pre.textContent);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Not allowed";
    }
    setTimeout(() => (button.textContent = "Copy"), 2000);
  });
  const holder = document.createElement("div");
  holder.className = "copyable";
  pre.replaceWith(holder);
  holder.append(pre, button);
}
