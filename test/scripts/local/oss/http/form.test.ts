import { readForm } from '../../../../../scripts/local/oss/http/form.ts'

async function* cut(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

describe('a form', () => {
  const content = Buffer.from('a\r\n--b\r\n--bounda\r\n\r\n--boundar\0y')
  const body = Buffer.concat([
    Buffer.from('--boundary\r\nContent-Disposition: form-data; name="Key"\r\n\r\nk\r\n'),
    Buffer.from('--boundary\r\ncontent-disposition: form-data; name="file"; filename="f"\r\nContent-Type: a/b\r\n\r\n'),
    content,
    Buffer.from('\r\n--boundary\r\nContent-Disposition: form-data; name="late"\r\n\r\nx\r\n--boundary--\r\n'),
  ])

  it.each([1, 2, 3, 5, 7, 11, 64, 4096])('is read the same in pieces of %i bytes', async (size) => {
    const { fields, file } = await readForm(cut(body, size), 'multipart/form-data; boundary="boundary"')
    const chunks: Buffer[] = []
    for await (const chunk of file.bytes) chunks.push(chunk)
    expect(Buffer.concat(chunks)).toEqual(content)
    expect({ filename: file.filename, contentType: file.contentType, fields: [...fields] }).toEqual({
      filename: 'f',
      contentType: 'a/b',
      fields: [['key', 'k']],
    })
  })

  it('is no form when it ends within the file', async () => {
    const cutShort = body.subarray(0, body.indexOf('\r\n--boundary\r\nContent-Disposition: form-data; name="late"'))
    const { file } = await readForm(cut(cutShort, 100), 'multipart/form-data; boundary=boundary')
    await expect(
      (async () => {
        for await (const chunk of file.bytes) void chunk
      })(),
    ).rejects.toMatchObject({ code: 'MalformedPOSTRequest' })
  })
})
