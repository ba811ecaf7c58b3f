/** By how much people extend a time to live. */
export const extensionSeconds = 3_600;
