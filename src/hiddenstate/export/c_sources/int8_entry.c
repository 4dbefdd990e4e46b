/* A number of a table that is stored row after row. */
static float entry(const matrix *table, size_t row, size_t size, size_t i)
{
    return (float)table->values[row * size + i] * scale_of(table, row);
}
