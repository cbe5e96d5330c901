/** Whether keys that are pressed alone do something in this browser; `off`: not. */
export const shortcutsCookie = "evergrant_shortcuts";
