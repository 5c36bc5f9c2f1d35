// Where the provider keeps what it must remember: Maps, one for each kind of thing.
//
// The provider has a memory adapter of its own, which is not used here for two reasons, and both
// speed the peer up. It remembers a thousand entries and forgets the oldest: under load it would
// forget sessions and grants that are still in use. And it goes through everything that was ever
// issued under a grant whenever something new is: with one person who signs in all day, that takes
// longer and longer.

const stores = new Map();
const issuedUnder = new Map(); // a grant's id to the [kind, id] of what was issued under it
const sessionOf = new Map(); // a session's uid to its id
// How many entries that have expired are dropped for each new one: more than one, so that they
// never pile up, and few, so that no request waits for a great cleaning.
const DROPPED = 2;

/** The Map for one kind of thing: its id to {payload, expires} (milliseconds). */
function storeOf(kind) {
  if (!stores.has(kind)) stores.set(kind, new Map());
  return stores.get(kind);
}

/** The adapter that oidc-provider asks for: made once for each kind ("Session", "AccessToken"). */
export class Storage {
  constructor(kind) {
    this.kind = kind;
    this.store = storeOf(kind);
  }

  async upsert(id, payload, lifetime) {
    this.#dropExpired();
    this.store.delete(id); // what is written again moves to the end: the oldest stand in front
    this.store.set(id, { payload, expires: Date.now() + (lifetime ?? Infinity) * 1000 });
    if (this.kind === 'Session') sessionOf.set(payload.uid, id);
    if (payload.grantId) {
      if (!issuedUnder.has(payload.grantId)) issuedUnder.set(payload.grantId, new Set());
      issuedUnder.get(payload.grantId).add(`${this.kind} ${id}`);
    }
  }

  async find(id) {
    const entry = this.store.get(id);
    return entry && entry.expires > Date.now() ? entry.payload : undefined;
  }

  async findByUid(uid) {
    return this.find(sessionOf.get(uid));
  }

  async findByUserCode() {
    return undefined; // no devices here
  }

  async consume(id) {
    const entry = this.store.get(id);
    if (entry) entry.payload.consumed = Math.floor(Date.now() / 1000);
  }

  async destroy(id) {
    this.#forget(id);
  }

  async revokeByGrantId(grantId) {
    for (const issued of issuedUnder.get(grantId) ?? []) {
      const [kind, id] = issued.split(' ');
      storeOf(kind).delete(id);
    }
    issuedUnder.delete(grantId);
  }

  #dropExpired() {
    let left = DROPPED;
    for (const [id, entry] of this.store) {
      if (left-- === 0 || entry.expires > Date.now()) return;
      this.#forget(id);
    }
  }

  #forget(id) {
    const payload = this.store.get(id)?.payload;
    this.store.delete(id);
    if (payload?.grantId) issuedUnder.get(payload.grantId)?.delete(`${this.kind} ${id}`);
    if (payload?.uid && sessionOf.get(payload.uid) === id) sessionOf.delete(payload.uid);
  }
}
