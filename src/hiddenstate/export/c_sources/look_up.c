/* The rows of a table that numbers between `first` and `last` name. */
static void look_up(const int32_t *numbers, size_t count, const matrix *table, size_t size, float *y, size_t first, size_t last)
{
    for (size_t k = 0; k < count; k++, y += size) {
        const size_t row = (size_t)numbers[k];
        if (row < first || row >= last) {
            continue;
        }
        for (size_t i = 0; i < size; i++) {
            y[i] = entry(table, row - first, size, i);
        }
    }
}
