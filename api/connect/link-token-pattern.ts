/** Link tokens as they are made: anything else is not looked up. */
export const linkTokenPattern = /^lt_[A-Za-z0-9_-]{43}$/;
