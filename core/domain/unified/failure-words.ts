/** What JSONata's error codes say, of those that mappings meet. */
const words: Readonly<Record<string, string>> = {
  T0410: "an argument of a function has a type that it does not take",
  T0411: "a function was given something other than a list",
  T0412: "a function wants a list of one type, and was given another",
  T1003: "the name of a member has to be a text",
  T1005: "what is called is no function; a $ may be missing before its name",
  T1006: "what is called is no function",
  T2001: "what stands left of an operator is no number",
  T2002: "what stands right of an operator is no number",
  T2008: "what is sorted by is neither a number nor a text",
  T2009: "two values that are compared have different types",
  T2010: "what is compared is neither a number nor a text",
  D1001: "a number is too large",
  D1002: "what is negated is no number",
  D1009: "two members get the same name",
  D2014: "a range has more entries than may be",
  D3030: "a text can't be read as a number",
  D3110: "a text is no instant that can be read",
  D3137: "$error was called",
  D3138: "$single found more than one",
  D3139: "$single found none",
  too_slow: "it takes longer than 200 ms of CPU time",
  output_too_large: "what it finds is larger than 64 kB",
  input_too_large: "what it reads is larger than a megabyte",
  crashed: "it asks for more memory than there is",
};

/** In words where they are known, with the code and the position as they came. @param message `threw (T0412 at 22)` */
export function failureWords(message: string): string {
  const [code = ""] = /[TD]\d{4}/.exec(message) ?? [message];
  const known = Object.hasOwn(words, code) ? words[code] : undefined;
  return known === undefined ? `failed: ${message}` : `failed: ${known} (${message.replace(/^threw \((.*)\)$/, "$1")})`;
}
