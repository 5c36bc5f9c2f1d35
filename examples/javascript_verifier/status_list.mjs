/** Status lists (Token Status List): signed, dated, one status for each index. */

import { Refused, isDate, isObject, octets, readSigned } from './jws.mjs';

const LEEWAY = 10;
const WIDTHS = [1, 2, 4, 8];
const LONGEST_UNPACKED = 1 << 21;
const LONGEST = Math.floor((LONGEST_UNPACKED * 16) / 9) + 16_384;
const MOST_SECONDS = 366 * 24 * 3600;
const HIGHEST_KNOWN = 2;

/** The list in a token: {uri, signedAt, expiresAt, ttl, status(index)}. */
export async function readStatusList(token, { issuer, keys, now, algorithms }) {
  const said = await readSigned(token, {
    type: 'statuslist+jwt',
    algorithms,
    longest: LONGEST,
    keyOf: (header) => {
      if (typeof header.kid !== 'string') throw new Refused('verify.header_refused');
      if (!keys.has(header.kid)) throw new Refused('verify.key_unknown');
      return keys.get(header.kid);
    },
  });
  const { sub, iat, exp = null, ttl = null, iss = null, status_list: list } = said;
  const good =
    typeof sub === 'string' && isDate(iat) && (exp === null || isDate(exp)) &&
    (ttl === null || (typeof ttl === 'number' && ttl > 0 && ttl <= MOST_SECONDS)) &&
    isObject(list) && Number.isInteger(list.bits) && typeof list.lst === 'string';
  if (!good) throw new Refused('verify.malformed');
  if (iss !== null && iss !== issuer) throw new Refused('verify.issuer_refused');
  if (iat > now + LEEWAY) throw new Refused('verify.issued_in_the_future');
  if (exp !== null && exp <= now - LEEWAY) throw new Refused('verify.expired');
  const packed = await unpacked(list);
  const status = (index) => statusAt(packed, list.bits, index);
  return { uri: sub, signedAt: iat, expiresAt: exp, ttl, status };
}

function statusAt(packed, bits, index) {
  const inAByte = 8 / bits;
  const place = Math.floor(index / inAByte);
  if (!(place >= 0 && place < packed.length)) throw new Refused('verify.status_unknown');
  // The first index has the lowest bits of its byte.
  const found = (packed[place] >> ((index % inAByte) * bits)) & ((1 << bits) - 1);
  if (found > HIGHEST_KNOWN) throw new Refused('verify.status_unknown');
  return found;
}

/** ZLIB (RFC 1950), never more than the bound; whatever stands behind it makes it none. */
async function unpacked({ bits, lst }) {
  if (!WIDTHS.includes(bits)) throw new Refused('verify.malformed');
  const pieces = [];
  let length = 0;
  try {
    const packed = new Blob([octets(lst)]).stream();
    for await (const piece of packed.pipeThrough(new DecompressionStream('deflate'))) {
      length += piece.length;
      if (length > LONGEST_UNPACKED) break;
      pieces.push(piece);
    }
  } catch {
    throw new Refused('verify.malformed');
  }
  if (length === 0 || length > LONGEST_UNPACKED) throw new Refused('verify.malformed');
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}
