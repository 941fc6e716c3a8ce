// Lands in the hidden frame of a prompt=none sign-in and hands the answer's address to the page that asked.
// The message has the shape oidc-client-ts waits for; it checks origin and state itself.
if (parent !== window) {
    parent.postMessage({ source: 'oidc-client', url: location.href, keepOpen: false }, location.origin);
}
