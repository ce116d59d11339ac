/** Groups of bars, one group a measure, each bar a share of the first series: SVG text without anything that runs. */
export function barPlot(
  title: string,
  series: readonly string[],
  groups: readonly { readonly name: string; readonly values: readonly number[] }[],
): string {
  const [barWidth, groupGap, height, top, left, bottom] = [22, 28, 220, 64, 44, 46]
  const groupWidth = series.length * barWidth + groupGap
  const width = left + groups.length * groupWidth + 16
  const most = Math.max(1.1, ...groups.flatMap(({ values }) => values).filter(Number.isFinite))
  const y = (value: number): number => top + height - (value / most) * height
  const colours = ['#9aa0a6', '#1a73e8', '#34a853', '#f9ab00', '#d93025']
  const text = (x: number, at: number, content: string, more = ''): string =>
    `<text x="${x.toFixed(1)}" y="${at.toFixed(1)}" ${more}>${content.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</text>`
  const bars = groups.flatMap(({ name, values }, group) => {
    const x = left + group * groupWidth + groupGap / 2
    return [
      ...values.map((value, i) => {
        const colour = colours[i % colours.length] ?? ''
        const at = x + i * barWidth
        const label = text(
          at + barWidth / 2,
          y(value) - 4,
          value.toFixed(2),
          'text-anchor="middle" font-size="9"',
        )
        return `<rect x="${at.toFixed(1)}" y="${y(value).toFixed(1)}" width="${barWidth - 3}" height="${(top + height - y(value)).toFixed(1)}" fill="${colour}"/>${label}`
      }),
      text(x + (series.length * barWidth) / 2, top + height + 18, name, 'text-anchor="middle"'),
    ]
  })
  const legend = series.flatMap((name, i) => {
    const x = left + i * 110
    return [
      `<rect x="${x}" y="34" width="12" height="12" fill="${colours[i % colours.length]}"/>`,
      text(x + 18, 44, name),
    ]
  })
  const grid = [0.25, 0.5, 0.75, 1].flatMap(value => [
    `<line x1="${left}" x2="${width - 8}" y1="${y(value).toFixed(1)}" y2="${y(value).toFixed(1)}" stroke="#dadce0"/>`,
    text(left - 6, y(value) + 4, value.toFixed(2), 'text-anchor="end"'),
  ])
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${top + height + bottom}" font-family="sans-serif" font-size="11">`,
    '<rect width="100%" height="100%" fill="white"/>',
    text(left, 20, title, 'font-size="13" font-weight="bold"'),
    ...legend,
    ...grid,
    ...bars,
    '</svg>',
    '',
  ].join('\n')
}
