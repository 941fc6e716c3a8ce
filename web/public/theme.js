// Runs before the first paint so that a chosen theme never flashes. A file of its own because the page allows no inline script.
try {
    const theme = localStorage.getItem('securechat.theme');
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
    // Storage is closed to us: the system theme rules.
}
