// Signs what the page shows with the person's passkey (WebAuthn), and sends the answer with the form.
"use strict";
(() => {
  const form = document.getElementById("sign");
  if (!form) return;
  const button = document.getElementById("sign-button");
  const state = document.getElementById("sign-state");
  const bytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const say = (words) => { state.textContent = words; };

  if (!window.PublicKeyCredential) {
    say("This browser has no passkeys, or the page came without https. Sign on the command line with your own key.");
    return;
  }
  const given = JSON.parse(form.dataset.options);
  const options = {
    ...given,
    challenge: bytes(given.challenge),
    allowCredentials: (given.allowCredentials || []).map((each) => ({ ...each, id: bytes(each.id) })),
  };
  // The browser itself looks whether the challenge is the digest of what this page shows.
  const shown = new TextEncoder().encode(document.getElementById("payload").textContent);
  crypto.subtle.digest("SHA-256", shown).then((digest) => {
    if (text(digest) !== given.challenge) {
      say("What would be signed is not what this page shows. Sign nothing, and tell who runs this service.");
      return;
    }
    button.disabled = false;
    say("Your device asks you before it signs.");
  });

  form.addEventListener("submit", async (event) => {
    if (form.elements.answer.value) return;
    event.preventDefault();
    if (button.disabled) return;
    button.disabled = true;
    say("Waiting for your device.");
    try {
      const made = await navigator.credentials.get({ publicKey: options });
      form.elements.answer.value = JSON.stringify({
        id: made.id,
        rawId: text(made.rawId),
        type: made.type,
        response: {
          authenticatorData: text(made.response.authenticatorData),
          clientDataJSON: text(made.response.clientDataJSON),
          signature: text(made.response.signature),
        },
      });
      say("Signed; it is being recorded.");
      form.submit();
    } catch (fault) {
      button.disabled = false;
      say(`Nothing was signed (${fault.name}). Try again, or go back.`);
    }
  });
})();
