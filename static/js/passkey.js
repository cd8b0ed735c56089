// Asks the browser to make or use a passkey (data-passkey), and sends what it says. Only the browser and the device see
// the key. The library turns what WebAuthn takes and gives into JSON and back.
(() => {
  const form = document.querySelector("[data-passkey]");
  const options = document.getElementById("passkey-options");
  if (!form || !options) return;
  const failed = form.querySelector("[data-passkey-failed]");

  form.querySelector("[data-passkey-go]").addEventListener("click", async () => {
    failed.hidden = true;
    const { creation_options: creation, request_options: request } = JSON.parse(options.textContent);
    try {
      const credential = form.dataset.passkey === "create" ? await window.webauthnJSON.create(creation) : await window.webauthnJSON.get(request);
      form.elements.credential.value = JSON.stringify(credential);
      form.submit();
    } catch {
      failed.hidden = false;
    }
  });
})();
