const longestText = 300;

/** Cuts a text that shares a payload with many others. */
export function shortText(text: string): string {
  return text.length <= longestText ? text : `${text.slice(0, longestText - 1)}…`;
}
