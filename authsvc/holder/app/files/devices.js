/** The devices that hold a certificate: name them, remove one, add this one. */

import { get, post } from '/app/api.js';
import { readCertificate } from '/app/certificate_reader.js';
import { action, tell, bdi, el, form, heading, link, p, section } from '/app/dom.js';
import { deviceOf } from '/app/enrollment.js';
import { certificateRequest, makeKeys } from '/app/keys.js';
import { withProof } from '/app/proof.js';
import { show } from '/app/router.js';
import { forget, keep, recall } from '/app/store.js';
import { certificateState } from '/app/vocabulary.js';
import { day, say } from '/app/words.js';

/** The view. */
export async function devicesView({ signal }) {
  const [devices, own] = await Promise.all([get('/holder/devices', { signal }), recall('device')]);
  const serial = own ? readCertificate(own.certificate).serial : null;
  const living = devices.filter((each) => each.status !== 'revoked');
  const gone = devices.filter((each) => each.status === 'revoked');
  const isHere = living.some((each) => each.serial === serial);
  return [
    heading(
      say('我的设备', 'My devices'),
      say(
        '每台设备有自己的密钥和网证。丢了一台，就移除那一台。',
        'Each has its own key and certificate. If one is lost, remove that one.',
      ),
    ),
    section(
      say('使用中', 'In use'),
      living.map((each) => row(each, serial, own)),
      say('没有设备。', 'No devices.'),
    ),
    isHere ? null : addThisDevice(),
    gone.length
      ? el(
          'details',
          {},
          el('summary', {}, say('已移除的设备', 'Removed devices')),
          el(
            'ul',
            { class: 'rows' },
            gone.map((each) => el('li', {}, describe(each, null))),
          ),
        )
      : null,
    p(link('#/move', say('换新手机', 'Move to a new phone'))),
  ];
}

/** Makes a key here and asks for a certificate of its own. */
export function addThisDevice() {
  return form({
    id: 'add-device',
    submit: say('添加这台设备', 'Add this device'),
    fields: [
      {
        name: 'name',
        label: say('这台设备的名称', 'Name of this device'),
        hint: say(
          '方便日后辨认，例如“我的手机”。',
          'So that you know it again, such as “my phone”.',
        ),
        maxlength: '40',
      },
    ],
    send: async ({ name }) => {
      const keys = await makeKeys();
      const request = await certificateRequest(keys);
      const issued = await withProof(() =>
        post('/holder/devices', { name, certificate_request: request }),
      );
      await keep('device', deviceOf(keys, issued, name));
      await show();
      tell(say('已添加这台设备', 'This device was added'));
    },
  });
}

function row(device, serial, own) {
  return [
    describe(device, serial),
    el(
      'details',
      {},
      el('summary', {}, say('改名或移除', 'Rename or remove')),
      form({
        submit: say('保存名称', 'Save the name'),
        fields: [
          {
            name: `name-${device.serial}`,
            label: say('名称', 'Name'),
            value: device.name ?? '',
            maxlength: '40',
          },
        ],
        send: async (values) => {
          const name = values[`name-${device.serial}`];
          await post('/holder/devices/name', { serial: device.serial, name });
          if (device.serial === serial) await keep('device', { ...own, name });
          await show();
        },
      }),
      action(say('移除这台设备', 'Remove this device'), () => remove(device, serial), {
        class: 'second danger',
      }),
    ),
  ];
}

async function remove(device, serial) {
  await withProof(() => post('/holder/devices/removal', { serial: device.serial }));
  if (device.serial === serial) {
    await forget('device');
    await forget('wallet');
    await forget('frozen');
  }
  await show();
  tell(say('设备已移除', 'The device was removed'));
}

function describe(device, serial) {
  const { word, mood } = certificateState(device.status, device.not_after);
  return [
    p([
      el(
        'strong',
        {},
        device.name ? bdi(device.name) : say('未命名的设备', 'A device without a name'),
      ),
      device.serial === serial ? el('span', { class: 'here' }, say('本机', 'this one')) : null,
    ]),
    p(
      [
        el('span', { class: `state ${mood}` }, word),
        say(`网证至 ${day(device.not_after)}`, `certificate until ${day(device.not_after)}`),
      ],
      { class: 'more' },
    ),
  ];
}
