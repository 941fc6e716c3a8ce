/** A text's letters as the server counts them: Unicode code points, not UTF-16 units. */
export const letters = (text: string): string[] => Array.from(text);
