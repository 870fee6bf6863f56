import sharp from 'sharp'

import { cameraJpeg } from '../support/pictures.ts'
import { testCloud } from './support.ts'

it('100 parallel reads of one missing key: one read, one put, 100 equal answers', async () => {
  const cloud = await testCloud()
  try {
    await cloud.upload('herd.jpg', await cameraJpeg(1200, 900))
    const answers = await Promise.all(Array.from({ length: 100 }, () => cloud.read('herd.jpg')))
    expect(answers.map(({ status }) => status)).toEqual(Array(100).fill(200))
    const [first] = answers
    for (const { body } of answers) expect(body.equals(first?.body ?? Buffer.alloc(0))).toBe(true)
    expect(cloud.counts()).toMatchObject({ reads: 1, puts: 1 })
  } finally {
    await cloud.close()
  }
})

it('with two instances: one valid object is stored, everybody gets a whole picture', async () => {
  const cloud = await testCloud({ instances: 2, gatewaySwitches: { spread: true } })
  try {
    await cloud.upload('herd.jpg', await cameraJpeg(1200, 900))
    const answers = await Promise.all(Array.from({ length: 40 }, () => cloud.read('herd.jpg')))
    expect(answers.map(({ status }) => status)).toEqual(Array(40).fill(200))
    expect(cloud.gateway.counters.started).toBe(2)
    const { reads, puts } = cloud.counts()
    expect(reads).toBeLessThanOrEqual(2)
    expect(puts).toBeLessThanOrEqual(2)
    const stored = await cloud.read('herd.jpg')
    for (const { body } of answers) expect(body.equals(stored.body)).toBe(true)
    expect(await sharp(stored.body).metadata()).toMatchObject({ width: 1200, height: 900 })
  } finally {
    await cloud.close()
  }
})
