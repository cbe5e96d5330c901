export const menuPopup = "popup origin-(--transform-origin) p-1 text-sm outline-none";
export const menuItem =
  "flex h-8 cursor-default items-center gap-2 rounded-md px-2 outline-none select-none data-highlighted:bg-sunken pointer-coarse:h-11";
export const menuLabel = "px-2 pt-1.5 pb-1 text-xs font-medium text-subtle";
