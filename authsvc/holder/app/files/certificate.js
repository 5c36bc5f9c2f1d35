/** The certificate of this device, to be shown: works without network, from what the device keeps. */

import { get } from '/app/api.js';
import { readCertificate } from '/app/certificate_reader.js';
import { action, el, handOver, heading, later, link, p, terms } from '/app/dom.js';
import { frozenNotice, noteFrozen, noteInForce } from '/app/standing.js';
import { recall } from '/app/store.js';
import { certificateState } from '/app/vocabulary.js';
import { walletPart } from '/app/wallet_part.js';
import { day, dayAndTime, say } from '/app/words.js';

/** The view. */
export async function certificateView({ signal }) {
  const device = await recall('device');
  if (!device) return none();
  const read = readCertificate(device.certificate);
  const good = new Date(read.notAfter) > new Date();
  return [
    heading(say('网证', 'Online certificate')),
    el(
      'div',
      { class: 'credential' },
      p(say('网号', 'Online number'), { class: 'what' }),
      p(device.masked, { class: 'number' }),
      p(
        [
          el(
            'span',
            { class: `state ${good ? 'good' : 'bad'}` },
            good ? say('有效期内', 'Within its validity') : say('已过期', 'Expired'),
          ),
          say(
            `${day(read.notBefore)} 至 ${day(read.notAfter)}`,
            `${day(read.notBefore)} to ${day(read.notAfter)}`,
          ),
        ],
        { class: 'until' },
      ),
    ),
    later(frozenNotice),
    later(() => statusNow(read, signal)),
    terms([
      [say('颁发者', 'Issuer'), read.issuer],
      [say('证书序列号', 'Serial'), el('code', {}, read.serial)],
      [say('状态查询', 'Status'), statusPlace(device)],
      [say('设备', 'Device'), device.name],
    ]),
    later(walletPart),
    action(
      say('保存证书文件', 'Save the certificate'),
      () => {
        const chain = `${device.certificate}${device.chain}`;
        handOver(new Blob([chain], { type: 'application/x-pem-file' }), 'online-certificate.pem');
      },
      { class: 'second' },
    ),
    p(
      say(
        '私钥只在这台设备里，不在文件里。',
        "The key itself stays in this device; it isn't in the file.",
      ),
      { class: 'fine' },
    ),
  ];
}

/** What the service says of it just now; without network, what that means. */
async function statusNow(read, signal) {
  try {
    const { certificates } = await get('/holder', { signal });
    const own = certificates.find((each) => each.serial === read.serial);
    if (!own)
      return p(say('服务已不再列出这张网证。', 'The service no longer lists this certificate.'), {
        class: 'notice',
      });
    if (own.status === 'hold') await noteFrozen();
    if (own.status === 'good') await noteInForce();
    const { word, mood } = certificateState(own.status, own.not_after);
    const now = dayAndTime(Date.now());
    return p(
      [
        el('span', { class: `state ${mood}` }, word),
        say(`刚刚向服务核实（${now}）`, `just checked with the service (${now})`),
      ],
      { class: 'checked' },
    );
  } catch (problem) {
    if (problem.wantsSignIn)
      return p(
        [
          link('#/sign-in', say('登录', 'Sign in')),
          say('后可核实当前状态。', ' to check its status now.'),
        ],
        { class: 'checked' },
      );
    if (problem.code !== 'app.unreached') throw problem;
    return p(
      say(
        '当前离线：这里显示的是设备上保存的网证。查验者可以凭状态查询地址核实。',
        'Offline: this is the copy on your device. Whoever checks it can look up its status.',
      ),
      { class: 'notice', id: 'offline-note' },
    );
  }
}

function statusPlace(device) {
  const listed = device.status?.status_list;
  return listed ? el('code', {}, `${listed.uri} #${listed.idx}`) : null;
}

function none() {
  return [
    heading(say('这台设备没有网证', 'This device has no certificate')),
    p(
      link('#/move', say('已有网号：添加这台设备', 'I have a number: add this device'), {
        class: 'button',
      }),
    ),
    p(link('#/opt-in', say('领取网号', 'Get an online number'), { class: 'button second' })),
  ];
}
