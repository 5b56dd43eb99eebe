/** What each release of a name answers, where two share it. */

/** Nothing yet: the server tells no shares. */
export async function shares(_models, _signal) {
  return null;
}
