/** What outlives a page: choices in localStorage, the key in sessionStorage. Either may be closed. */

function store(of) {
  return {
    get(name) { try { return of().getItem(name); } catch { return null; } },
    set(name, value) { try { value ? of().setItem(name, value) : of().removeItem(name); } catch { /* closed */ } },
  };
}

export const choices = store(() => localStorage);
export const secrets = store(() => sessionStorage);
