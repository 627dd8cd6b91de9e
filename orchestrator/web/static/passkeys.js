// Passkeys: asks the service for a question, has the browser answer it, and sends the form with the answer.
"use strict";
for (const form of document.querySelectorAll("form[data-passkey]")) {
  const says = form.querySelector("[data-says]");
  const button = form.querySelector("button");
  if (!window.PublicKeyCredential || !PublicKeyCredential.parseRequestOptionsFromJSON) {
    says.textContent = "This browser has no passkeys here.";
    continue;
  }
  button.disabled = false;
  says.textContent = "";
  form.addEventListener("submit", async (event) => {
    if (form.elements.answer.value) return;
    event.preventDefault();
    button.disabled = true;
    try {
      const csrf = form.elements.csrf ? form.elements.csrf.value : "";
      const asked = await fetch(form.dataset.question, {method: "POST", headers: {"x-orch-csrf": csrf, accept: "application/json"}});
      if (!asked.ok) throw new Error((await asked.json()).detail || "The service gave no question.");
      const question = await asked.json();
      const made = form.dataset.passkey === "make"
        ? await navigator.credentials.create({publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(question)})
        : await navigator.credentials.get({publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(question)});
      form.elements.answer.value = JSON.stringify(made.toJSON());
      form.submit();
    } catch (fault) {
      says.textContent = fault.name === "NotAllowedError" ? "Nothing was chosen, or it took too long. Try again." : fault.message;
      button.disabled = false;
    }
  });
}
