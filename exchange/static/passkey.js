// Passkeys. A form[data-passkey] holds what the server asks for (data-options, or data-from: the
// address that says it) and a hidden field for the answer. Its button is shown where the browser can
// do it; elsewhere the element [data-passkey-not] says why not.

const can = window.isSecureContext && "PublicKeyCredential" in window;

const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");

const listed = (found) => (found || []).map((one) => ({ ...one, id: bytes(one.id) }));

// What the server said, with its base64url words as bytes (WebAuthn level 3, 5.1.8 and 5.1.9).
function asked(options) {
  const words = { ...options.publicKey, challenge: bytes(options.publicKey.challenge) };
  if (words.user) words.user = { ...words.user, id: bytes(words.user.id) };
  if (words.excludeCredentials) words.excludeCredentials = listed(words.excludeCredentials);
  if (words.allowCredentials) words.allowCredentials = listed(words.allowCredentials);
  return words;
}

// The browser's answer in the form the server reads.
function answered(credential) {
  const given = credential.response;
  const response = {};
  for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (given[part]) response[part] = text(given[part]);
  }
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response,
  };
}

async function options(form) {
  if (form.dataset.options) return JSON.parse(form.dataset.options);
  const answer = await fetch(form.dataset.from, { headers: { Accept: "application/json" } });
  return (await answer.json()).request_options;
}

async function perform(form) {
  const publicKey = asked(await options(form));
  if (form.dataset.passkey === "create") {
    // A key that can sign in by itself where the device makes such a one.
    publicKey.authenticatorSelection = {
      ...publicKey.authenticatorSelection, residentKey: "preferred", userVerification: "preferred",
    };
    return navigator.credentials.create({ publicKey });
  }
  return navigator.credentials.get({ publicKey });
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const button = form.querySelector("button");
  const said = form.querySelector("[role=status]");
  button.hidden = !can;
  const not = form.parentElement.querySelector("[data-passkey-not]");
  if (not) not.hidden = can;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    said.textContent = "";
    button.disabled = true;
    try {
      form.elements.credential.value = JSON.stringify(answered(await perform(form)));
      form.submit();
    } catch {
      said.textContent = form.dataset.failed;
      button.disabled = false;
    }
  });
}
